// Starts `kdp lsp` for `.kdp` files. Plain JavaScript: there is nothing to build.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const command = vscode.workspace.getConfiguration("kdp").get("path", "kdp");
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("kdp", "kdp", server, {
    documentSelector: [{ language: "kdp" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.kdp") },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const settings = "Open the settings";
    const picked = await vscode.window.showErrorMessage(
      `\`${command} lsp\` cannot be started: ${error.message}`,
      settings,
    );
    if (picked === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "kdp.path");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("kdp.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("kdp.path")) {
        restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
