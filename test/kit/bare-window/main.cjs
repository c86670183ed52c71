/** Main script of an Electron with one empty window: the runtime the app ships on, without the app. */
'use strict';
const { app, BrowserWindow } = require('electron');

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const size = { width: 1280, height: 800, useContentSize: true, frame: false };
  void new BrowserWindow({ ...size, webPreferences: { sandbox: true } }).loadURL('about:blank');
});
