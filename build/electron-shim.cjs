/** Stands in for Electron's default app, which the closed-network runtime lacks: `electron [switches] <folder>` runs that folder. */
const { app } = require('electron');
const diagnosticsChannel = require('node:diagnostics_channel');
const Module = require('node:module');
const path = require('node:path');

/** Newer libraries expect these of Node 20; this runtime has Node 18.15. */
function addMissingGlobals() {
  globalThis.File ??= require('node:buffer').File;
  diagnosticsChannel.tracingChannel ??= (name) => {
    const channels = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((step) => [
      step,
      diagnosticsChannel.channel(`tracing:${name}:${step}`),
    ]);
    const pass = (act, _context, self, ...args) => Reflect.apply(act, self, args);
    return {
      ...Object.fromEntries(channels),
      hasSubscribers: false,
      subscribe: () => undefined,
      unsubscribe: () => false,
      traceSync: pass,
      tracePromise: pass,
      traceCallback: (act, _position, _context, self, ...args) => Reflect.apply(act, self, args),
    };
  };
}

/** The first argument that is no switch; modules named by -r are loaded on the way, as Electron does. */
function findApp(args) {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '-r' || arg === '--require') Module._preloadModules([args[++i]]);
    else if (!arg.startsWith('-')) return path.resolve(arg);
  }
  return undefined;
}

function start(folder) {
  const manifest = require(path.join(folder, 'package.json'));
  process.defaultApp = true;
  app.setName(manifest.productName ?? manifest.name);
  app.setVersion(manifest.version);
  app.setAppPath(folder);
  if (!app.commandLine.hasSwitch('user-data-dir')) {
    app.setPath('userData', path.join(app.getPath('appData'), app.getName()));
  }
  Module._load(path.join(folder, manifest.main), module, true);
}

addMissingGlobals();
const folder = findApp(process.argv.slice(1));
if (folder === undefined) {
  process.stderr.write('electron: name the folder of an app\n');
  app.exit(2);
} else {
  start(folder);
}
