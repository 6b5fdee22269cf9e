// The device of the source contract, hmi.testing.device_contract, with the requests of hmi.testing.opcua_device.
// 64-bit integers travel as text, because JSON.parse would round them.
"use strict";

const { DataType, Variant, VariantArrayType } = require("node-opcua-variant");
const { StatusCodes } = require("node-opcua-status-code");

const NAMESPACE = "urn:twinpane:contract-device";

const VARIABLES = {
  a_float: [DataType.Double, 0],
  an_int: [DataType.Int64, "0"],
  a_bool: [DataType.Boolean, false],
  an_enum: [DataType.Int32, 0],
  a_string: [DataType.String, ""],
  an_array: [DataType.Double, []],
  an_int_array: [DataType.Int64, []],
};

// Int64 is [high, low] here, two unsigned halves.
function wide(text) {
  const bits = BigInt.asUintN(64, BigInt(text));
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)];
}

function variant(dataType, value) {
  const convert = dataType === DataType.Int64 ? wide : (each) => each;
  return Array.isArray(value)
    ? new Variant({ arrayType: VariantArrayType.Array, dataType, value: value.map(convert) })
    : new Variant({ arrayType: VariantArrayType.Scalar, dataType, value: convert(value) });
}

exports.build = (addressSpace, options) => {
  // Other indexes than those of the last start, as after a restart with another configuration.
  for (let number = 0; number < (options.otherNamespaces ?? 0); number++) {
    addressSpace.registerNamespace(`urn:example:other-${number}`);
  }
  const namespace = addressSpace.registerNamespace(NAMESPACE);
  const device = namespace.addObject({ browseName: "Device", organizedBy: addressSpace.rootFolder.objects });
  const nodes = {};
  for (const [name, [dataType, value]] of Object.entries(VARIABLES)) {
    nodes[name] = namespace.addVariable({
      accessLevel: "CurrentRead",
      browseName: name,
      componentOf: device,
      dataType,
      nodeId: `s=Device.${name}`,
      userAccessLevel: "CurrentRead",
      value: variant(dataType, value),
      valueRank: Array.isArray(value) ? 1 : -1,
    });
  }
  let setpoint = 0;
  let writes = 0;
  nodes.a_setpoint = namespace.addVariable({
    browseName: "a_setpoint",
    componentOf: device,
    dataType: DataType.Double,
    nodeId: "s=Device.a_setpoint",
    value: {
      get: () => variant(DataType.Double, setpoint),
      set: ({ value }) => {
        setpoint = value;
        writes += 1;
        return StatusCodes.Good;
      },
    },
  });
  for (let number = 0; number < (options.more ?? 0); number++) {
    namespace.addVariable({
      browseName: `more_${number}`,
      componentOf: device,
      dataType: DataType.Double,
      nodeId: `s=Device.more_${number}`,
      value: variant(DataType.Double, number),
    });
  }

  return (request) => {
    if (request.writes !== undefined) return { writes: request.writes === "a_setpoint" ? writes : 0 };
    const name = request.set ?? request.fail;
    if (name === "a_setpoint") {
      setpoint = request.value;
      return { done: true };
    }
    const [dataType, empty] = VARIABLES[name];
    const value = variant(dataType, request.set === undefined ? empty : request.value);
    const code = request.set === undefined ? StatusCodes.BadSensorFailure : StatusCodes.Good;
    nodes[name].setValueFromSource(value, code);
    return { done: true };
  };
};
