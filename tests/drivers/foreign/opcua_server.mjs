// An OPC UA server that we did not write: node-opcua, with the nodes of tests/drivers/servers/opcua_server.py.
//
// Arguments: the folder with the packages, a folder for its keys, port, and the namespace URIs in the order in which the
// server registers them; the nodes stand in the last. Anybody may read without security, or with each policy that it has,
// signed, or signed and encrypted, and so may the user lineside; its certificate is own/certs/certificate.pem of its folder. Commands, each a line of JSON that is answered
// by one: {"write": [[name, value, status, source time], …]}, where all but the first two may be null,
// and {"believes": whether it takes certificates of clients that it does not know}.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// What the library says goes where nobody reads it; standard output is for answers.
const say = (word) => process.stdout.write(`${word}\n`);
console.log = console.info = console.warn = console.debug = console.error;

const [packages, keys, port, ...namespaces] = process.argv.slice(2);
const {
  DataType, DataValue, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes, Variant,
} = createRequire(`${packages}/package.json`)("node-opcua");

const NODES = {
  state: [6, DataType.Int32],
  count: [100000, DataType.UInt32],
  run: [true, DataType.Boolean],
  speed: [1.5, DataType.Double],
  alarm: ["E1", DataType.String],
};

const certificates = new OPCUACertificateManager({ rootFolder: keys, automaticallyAcceptUnknownCertificate: true });
await certificates.initialize();
const server = new OPCUAServer({
  port: Number(port),
  hostname: "127.0.0.1",
  alternateHostname: ["127.0.0.1"],
  resourcePath: "/line",
  serverCertificateManager: certificates,
  userCertificateManager: certificates,
  serverInfo: { applicationUri: "urn:lineside:tests:foreign" },
  securityPolicies: [
    SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss,
  ],
  securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
  userManager: { isValidUser: (name, password) => name === "lineside" && password === "canary-7" },
  allowAnonymous: true,
  maxConnectionsPerEndpoint: 100,
});
await server.initialize();
const space = server.engine.addressSpace;
const ours = namespaces.map((uri) => space.registerNamespace(uri)).at(-1);
const nodes = Object.fromEntries(
  Object.entries(NODES).map(([name, [value, dataType]]) => [
    name,
    ours.addVariable({
      organizedBy: space.rootFolder.objects,
      browseName: name,
      nodeId: `s=${name}`,
      dataType,
      minimumSamplingInterval: 0,
      value: { dataType, value },
    }),
  ]),
);
await server.start();
say("ready");

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  certificates.automaticallyAcceptUnknownCertificate = command.believes ?? certificates.automaticallyAcceptUnknownCertificate;
  for (const [name, value, status, sourceTime] of command.write ?? []) {
    const at = sourceTime === null ? new Date() : new Date(sourceTime * 1000);
    nodes[name].setValueFromSource(
      new Variant({ dataType: NODES[name][1], value }), StatusCodes[status ?? "Good"], at,
    );
  }
  say("done");
}
// Who told it is gone.
process.exit(0);
