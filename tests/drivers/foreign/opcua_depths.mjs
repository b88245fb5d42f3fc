// node-opcua with structures, arrays, enumerations, an alarm and a history: what deeper values a foreign server sends.
//
// Arguments: the folder with the packages, a folder for its keys, port, the file with its types, and the namespace URI of the
// nodes. Command, a line of JSON that is answered by one: {"temperature": number}; above 50 the alarm stands.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// What the library says goes where nobody reads it; standard output is for answers.
const say = (word) => process.stdout.write(`${word}\n`);
console.log = console.info = console.warn = console.debug = console.error;

const [packages, keys, port, types, namespace] = process.argv.slice(2);
const {
  DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes, VariantArrayType, nodesets,
} = createRequire(`${packages}/package.json`)("node-opcua");

const certificates = new OPCUACertificateManager({ rootFolder: keys, automaticallyAcceptUnknownCertificate: true });
await certificates.initialize();
const server = new OPCUAServer({
  port: Number(port),
  hostname: "127.0.0.1",
  alternateHostname: ["127.0.0.1"],
  resourcePath: "/line",
  nodeset_filename: [nodesets.standard, types],
  serverCertificateManager: certificates,
  userCertificateManager: certificates,
  serverInfo: { applicationUri: "urn:lineside:tests:foreign" },
  securityPolicies: [SecurityPolicy.None],
  securityModes: [MessageSecurityMode.None],
  allowAnonymous: true,
});
await server.initialize();
const space = server.engine.addressSpace;
space.installAlarmsAndConditionsService();
const ours = space.registerNamespace(namespace);
const machine = ours.addObject({
  browseName: "Machine",
  organizedBy: space.rootFolder.objects,
  eventSourceOf: space.rootFolder.objects.server,
  eventNotifier: 1,
});
const kinds = space.getNamespaceIndex("urn:lineside:tests:types");
const type = (name) => space.findDataType(name, kinds);

function add(name, dataType, value, more = {}) {
  return ours.addVariable({ browseName: name, nodeId: `s=${name}`, componentOf: machine, dataType, value, ...more });
}

function structure(name, kind, value) {
  add(name, type(kind), { dataType: DataType.ExtensionObject, value });
}

const drive = (speed) =>
  space.constructExtensionObject(type("Drive"), { speed, state: 5, temps: [1.5, 2.5], cycle: 250, label: { text: "L" } });
add("list", "Int32", { dataType: DataType.Int32, arrayType: VariantArrayType.Array, value: new Int32Array([10, 11, 12]) }, {
  valueRank: 1, arrayDimensions: [3],
});
add("matrix", "Int16", {
  dataType: DataType.Int16, arrayType: VariantArrayType.Matrix, dimensions: [2, 3], value: new Int16Array([1, 2, 3, 4, 5, 6]),
}, { valueRank: 2, arrayDimensions: [2, 3] });
add("name", "LocalizedText", { dataType: DataType.LocalizedText, value: { text: "Füller", locale: "de" } });
add("mode", type("Mode"), { dataType: DataType.Int32, value: 5 });
structure("drive", "Drive", drive(12.5));
structure("line", "Line", space.constructExtensionObject(type("Line"), { name: "L1", note: "n", axes: [drive(3), drive(4)] }));
structure("either", "Either", space.constructExtensionObject(type("Either"), { drive: drive(9) }));
ours.addMultiStateDiscrete({
  browseName: "multi", nodeId: "s=multi", componentOf: machine, enumStrings: ["none", "jam", "heat"], value: 1,
});

const counted = add("count", "Double", { dataType: DataType.Double, value: 0 });
space.installHistoricalDataNode(counted, { maxOnlineValues: 2000 });
const begun = Date.now() + 1000;
for (let number = 1; number <= 30; number += 1) {
  counted.setValueFromSource({ dataType: DataType.Double, value: number }, StatusCodes.Good, new Date(begun + number));
}

const temperature = add("temperature", "Double", { dataType: DataType.Double, value: 95 }, { eventSourceOf: machine });
ours.instantiateNonExclusiveLimitAlarm("NonExclusiveLimitAlarmType", {
  browseName: "Hot", conditionName: "TooHot", componentOf: machine, conditionSource: temperature, inputNode: temperature,
  highLimit: 50, highHighLimit: 90, lowLimit: -10, lowLowLimit: -20,
});
const warm = (value) => temperature.setValueFromSource({ dataType: DataType.Double, value });
warm(95);
await server.start();
say("ready");

for await (const line of createInterface({ input: process.stdin })) {
  warm(JSON.parse(line).temperature);
  say("done");
}
// Who told it is gone.
process.exit(0);
