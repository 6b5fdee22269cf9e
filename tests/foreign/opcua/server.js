// A node-opcua server in a process of its own, spoken to in JSON lines, as hmi.testing.harness has it.
//
//   node server.js DEVICE.js OPTIONS      OPTIONS: {"port": …, "pki": folder, "nodesets": […], "limits": {…},
//                                     "busy": ms, "fastest": ms}
//
// DEVICE.js exports `build(addressSpace, options)`, which gives (now or later) a function that answers one request.
// The first line out is {"port": …}, when the server listens; then comes one for each line in, until these end.
//
// It never leaves the loopback, writes nothing outside `pki`, and names itself by a host that nobody can resolve,
// as servers behind a router do: a client has to go on with the address that it was given.
"use strict";

const path = require("node:path");
const readline = require("node:readline");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { nodesets } = require("node-opcua-nodesets");
const { MessageSecurityMode, SecurityPolicy } = require("node-opcua-secure-channel");
const { MonitoredItem, OPCUAServer, Subscription } = require("node-opcua-server");

const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");

async function certificates(folder) {
  const manager = new OPCUACertificateManager({
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
    rootFolder: folder,
  });
  await manager.initialize();
  return manager;
}

// Answers nothing for so many milliseconds, once: when a client waits for the first values.
function busyBeforeFirstValues(server, milliseconds) {
  const block = (request) => {
    if (request.schema.name !== "PublishRequest") return;
    server.off("request", block);
    for (const end = Date.now() + milliseconds; Date.now() < end; );
  };
  server.on("request", block);
}

// By default it samples and publishes every 50 ms at the fastest.
function grantIntervals(milliseconds) {
  Subscription.minimumPublishingInterval = milliseconds;
  MonitoredItem.minimumSamplingInterval = milliseconds;
}

async function main(device, options) {
  if (options.fastest) grantIntervals(options.fastest);
  const server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "foreign-server.invalid",
    port: options.port,
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [
      SecurityPolicy.None,
      SecurityPolicy.Basic256Sha256,
      SecurityPolicy.Aes128_Sha256_RsaOaep,
      SecurityPolicy.Aes256_Sha256_RsaPss,
    ],
    nodeset_filename: [nodesets.standard, ...(options.nodesets ?? []).map((each) => nodesets[each] ?? each)],
    serverCapabilities: options.limits ?? {},
    serverCertificateManager: await certificates(path.join(options.pki, "server")),
    userCertificateManager: await certificates(path.join(options.pki, "users")),
    userManager: { isValidUser: (user, password) => user === "operator" && password === "let me in" },
  });
  if (options.busy) busyBeforeFirstValues(server, options.busy);
  await server.initialize();
  const answer = await require(path.resolve(device)).build(server.engine.addressSpace, options);
  await server.start();
  say({ port: options.port });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.shutdown !== undefined) {
      server.shutdown(request.shutdown); // announced to clients for so many milliseconds
      say({ done: true });
    } else if (request.sessions) {
      const channels = Object.values(server.engine._sessions).map((each) => each.channel);
      say({ sessions: channels.map((each) => [MessageSecurityMode[each.securityMode], each.securityPolicy]) });
    } else {
      say(answer(request));
    }
  }
  process.exit(0);
}

console.log = console.warn = console.info = console.debug = () => {}; // the standard output is for answers
main(process.argv[2], JSON.parse(process.argv[3])).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
