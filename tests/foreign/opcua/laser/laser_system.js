// A laser system out of the OPC Foundation's NodeSets: {"node": number in the example's namespace, "value": v}
// sets one of its variables, in the type that it has.
"use strict";

const { StatusCodes } = require("node-opcua-status-code");
const { DataType, Variant, VariantArrayType } = require("node-opcua-variant");

exports.build = (addressSpace) => {
  const namespace = addressSpace.getNamespaceIndex("http://vdma.org/UA/LaserSystem-Example/");
  return ({ node, value, dataType, arrayType }) => {
    const variable = addressSpace.findNode(`ns=${namespace};i=${node}`);
    const before = variable.readValue().value;
    const variant = new Variant({
      arrayType: arrayType ? VariantArrayType[arrayType] : before.arrayType,
      dataType: dataType ? DataType[dataType] : before.dataType,
      value,
    });
    variable.setValueFromSource(variant, StatusCodes.Good);
    return { done: true };
  };
};
