// The variables by which node-opcua is tested for conformance: every built-in type and rank, simulated and fixed.
// {"variables": n} lists 200 of them from the nth on, as [node, number of the built-in type, rank, StatusCode, value where it is simple].
"use strict";

const {
  build_address_space_for_conformance_testing: build,
} = require("node-opcua-address-space-for-conformance-testing");
const { DataType, VariantArrayType } = require("node-opcua-variant");

const NAMESPACE = "urn://node-opcua-simulator";
const WIDE = [DataType.Int64, DataType.UInt64];
const VARIABLE = 2; // NodeClass

// Whole numbers of 64 bits as text: Int64 is [high, low] here, two unsigned halves.
function simple({ dataType, value }) {
  if (value === null || value === undefined) return value;
  if (dataType === DataType.LocalizedText) return value.text;
  if (!WIDE.includes(dataType)) return value;
  const bits = (BigInt(value[0]) << 32n) | BigInt(value[1]);
  return String(dataType === DataType.Int64 ? BigInt.asIntN(64, bits) : bits);
}

exports.build = async (addressSpace) => {
  await build(addressSpace, { mass_variables: false });
  const described = (node) => {
    const { statusCode, value } = node.readValue();
    const id = node.nodeId.toString().replace(/^ns=\d+/, `nsu=${NAMESPACE}`);
    const scalar = value.arrayType === VariantArrayType.Scalar && value.dataType <= DataType.LocalizedText;
    const rank = { [VariantArrayType.Scalar]: 0, [VariantArrayType.Array]: 1 }[value.arrayType] ?? 2;
    return [id, value.dataType, rank, statusCode.value, scalar ? simple(value) : null];
  };
  const nodes = [...addressSpace.getNamespace(NAMESPACE).nodeIterator()];
  const variables = nodes.filter(({ nodeClass }) => nodeClass === VARIABLE);
  return (request) => ({
    variables: variables.slice(request.variables, request.variables + 200).map(described),
  });
};
