"""Type dictionaries, as servers before OPC UA 1.04 have them."""

import pytest
from asyncua import ua

from drivers.opcua_dictionary import types_in
from drivers.opcua_octets import MalformedError
from drivers.opcua_structures import Enumeration, Member, Structure

DICTIONARY = """<?xml version="1.0" encoding="utf-8"?>
<opc:TypeDictionary xmlns:opc="http://opcfoundation.org/BinarySchema/" xmlns:ua="http://opcfoundation.org/UA/"
  xmlns:tns="urn:line" DefaultByteOrder="LittleEndian" TargetNamespace="urn:line">
 <opc:Import Namespace="http://opcfoundation.org/UA/"/>
 <opc:StructuredType Name="Drive" BaseType="ua:ExtensionObject">
  <opc:Field Name="Speed" TypeName="opc:Double"/>
  <opc:Field Name="Name" TypeName="opc:CharArray"/>
  <opc:Field Name="NoOfTorques" TypeName="opc:Int32"/>
  <opc:Field Name="Torques" TypeName="opc:Float" LengthField="NoOfTorques"/>
  <opc:Field Name="Mode" TypeName="tns:Mode"/>
  <opc:Field Name="Label" TypeName="ua:LocalizedText"/>
 </opc:StructuredType>
 <opc:StructuredType Name="Line" BaseType="ua:ExtensionObject">
  <opc:Field Name="SpareSpecified" TypeName="opc:Bit"/>
  <opc:Field Name="NoteSpecified" TypeName="opc:Bit"/>
  <opc:Field Name="Reserved1" TypeName="opc:Bit" Length="30"/>
  <opc:Field Name="Main" TypeName="tns:Drive"/>
  <opc:Field Name="Spare" TypeName="tns:Drive" SwitchField="SpareSpecified"/>
  <opc:Field Name="Note" TypeName="opc:String" SwitchField="NoteSpecified"/>
 </opc:StructuredType>
 <opc:StructuredType Name="Either" BaseType="ua:Union">
  <opc:Field Name="SwitchField" TypeName="opc:UInt32"/>
  <opc:Field Name="Count" TypeName="opc:UInt16" SwitchField="SwitchField" SwitchValue="1"/>
  <opc:Field Name="Text" TypeName="opc:String" SwitchField="SwitchField" SwitchValue="2"/>
 </opc:StructuredType>
 <opc:StructuredType Name="Fixed"><opc:Field Name="A" TypeName="opc:Byte" Length="8"/></opc:StructuredType>
 <opc:StructuredType Name="Odd"><opc:Field Name="A" TypeName="opc:Bit"/></opc:StructuredType>
 <opc:EnumeratedType Name="Mode" LengthInBits="32">
  <opc:EnumeratedValue Name="Off" Value="0"/><opc:EnumeratedValue Name="On" Value="1"/>
 </opc:EnumeratedType>
</opc:TypeDictionary>"""


def test_the_types_of_a_dictionary_are_those_that_its_servers_send() -> None:
    namespace, found = types_in(DICTIONARY.encode() + b"\0")
    assert namespace == "urn:line"
    drive = Structure(
        (
            Member("Speed", number(11)),
            Member("Name", number(12)),
            Member("Torques", number(10), 1),
            Member("Mode", ("urn:line", "Mode")),
            Member("Label", number(21)),
        )
    )
    line = Structure(
        (
            Member("Main", ("urn:line", "Drive")),
            Member("Spare", ("urn:line", "Drive"), is_optional=True),
            Member("Note", number(12), is_optional=True),
        ),
        "optional",
    )
    assert found == {
        ("urn:line", "Drive"): drive,
        ("urn:line", "Line"): line,
        ("urn:line", "Either"): Structure((Member("Count", number(5)), Member("Text", number(12))), "union"),
        ("urn:line", "Mode"): Enumeration({0: "Off", 1: "On"}),
    }


@pytest.mark.parametrize(
    ("dictionary", "sentence"),
    [
        (b"", "cannot be read: no element found"),
        (b"<a><b></a>", "cannot be read: mismatched tag"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
        (b"<a>" + b" " * 4_000_000, "has more than 4000000 octets"),
        (DICTIONARY.replace('Value="0"', 'Value="x"').encode(), "cannot be read: invalid literal"),
    ],
)
def test_a_dictionary_that_is_none_is_refused_in_a_sentence(dictionary: bytes, sentence: str) -> None:
    with pytest.raises(MalformedError, match=sentence):
        types_in(dictionary)


def number(kind: int) -> ua.NodeId:
    return ua.NodeId(ua.Int32(kind))
