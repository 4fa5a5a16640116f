import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeOver } from './bridge.ts';

contextBridge.exposeInMainWorld(
  'api',
  bridgeOver(ipcRenderer, (file) => webUtils.getPathForFile(file)),
);
