"use strict";

// The client of `bevote lsp`: it starts the server for policy files, and again where
// the settings change.

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function start() {
  const settings = vscode.workspace.getConfiguration("bevote");
  const args = ["lsp"];
  const now = settings.get("now", 0);
  if (now > 0) {
    args.push("--now", String(now));
  }
  const server = { command: settings.get("command", "bevote"), args, transport: TransportKind.stdio };
  client = new LanguageClient("bevote", "BEvote", server, { documentSelector: [{ language: "bevote" }] });
  try {
    await client.start();
  } catch (problem) {
    vscode.window.showErrorMessage(
      `bevote cannot be started as "${server.command}": ${problem.message}. Set "bevote.command" to its path.`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined && running.isRunning()) {
    await running.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("bevote.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("bevote") && restart()));
  return start();
}

module.exports = { activate, deactivate: stop };
