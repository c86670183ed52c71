/** What each system says of its listening ports, as canned output and exact commands. */
import { describe, expect, it } from 'vitest';
import { parseKernelTable } from '../../../electron/engine/linux-sockets.ts';
import { listOnMacos, parseCommands, parseListening } from '../../../electron/engine/discovery/macos.ts';
import { LIST_SCRIPT, listOnWindows, parseRows } from '../../../electron/engine/discovery/windows.ts';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1435 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41250 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10001 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1435 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 41299 1 0000000000000000 20 4 30 10 -1
   3: 3201A8C0:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41251 1 0000000000000000 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41252 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41253 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41254 1 0000000000000000 100 0 0 10 0
`;

describe('Linux', () => {
  it('reads the listening sockets of IPv4, and no others', () => {
    expect(parseKernelTable(TCP)).toEqual([
      { address: '127.0.0.1', port: 5173, uid: 1000, inode: '41250' },
      { address: '0.0.0.0', port: 22, uid: 0, inode: '10001' },
      { address: '192.168.1.50', port: 3000, uid: 1000, inode: '41251' },
    ]);
  });

  it('reads those of IPv6, a mapped address as the IPv4 it is', () => {
    expect(parseKernelTable(TCP6)).toEqual([
      { address: '::1', port: 3000, uid: 1000, inode: '41252' },
      { address: '::', port: 8080, uid: 1000, inode: '41253' },
      { address: '127.0.0.1', port: 8081, uid: 1000, inode: '41254' },
    ]);
  });

  it.each(['', 'sl local_address', '   0: zz 00 0A', '\0\0'])('%j is an empty table', (text) => {
    expect(parseKernelTable(text)).toEqual([]);
  });
});

describe('macOS', () => {
  const LISTENING =
    'p812\ncnode\nf21\ntIPv6\nPTCP\nn[::1]:5173\np900\ncruby\nf9\ntIPv4\nPTCP\nn127.0.0.1:3000\nf10\ntIPv6\nPTCP\nn*:3001\n' +
    'p901\ncCode\\x20Helper\nf4\ntIPv4\nPTCP\nn*:9999\n';
  const FOLDERS = 'p812\nfcwd\nn/Volumes/code/shop\np900\nfcwd\nn/Volumes/code/my blog\n';
  const COMMANDS =
    '  812 node /Volumes/code/shop/node_modules/.bin/vite\n  900 puma 6.4.2 (tcp://localhost:3000) [blog]\n';

  it('asks lsof for this user, and lsof and ps for what listens', async () => {
    const asked: string[] = [];
    const sockets = await listOnMacos(501, (file, args) => {
      asked.push([file, ...args].join(' '));
      const stdout = file === 'ps' ? COMMANDS : args.includes('cwd') ? FOLDERS : LISTENING;
      return Promise.resolve({ code: 0, stdout });
    });
    expect(asked).toEqual([
      'lsof -nP -a -u 501 -iTCP -sTCP:LISTEN -FpcPtn',
      'lsof -nP -a -d cwd -p 812,900,901 -Fpn',
      'ps -ww -o pid=,args= -p 812,900,901',
    ]);
    expect(sockets.slice(0, 3)).toEqual([
      {
        address: '::1',
        port: 5173,
        pid: 812,
        process: 'node',
        folder: '/Volumes/code/shop',
        command: ['node', '/Volumes/code/shop/node_modules/.bin/vite'],
      },
      {
        address: '127.0.0.1',
        port: 3000,
        pid: 900,
        process: 'ruby',
        folder: '/Volumes/code/my blog',
        command: ['puma', '6.4.2', '(tcp://localhost:3000)', '[blog]'],
      },
      expect.objectContaining({ address: '::', port: 3001, pid: 900 }),
    ]);
    expect(sockets[3]).toEqual({ address: '0.0.0.0', port: 9999, pid: 901, process: 'Code Helper' });
  });

  it('without a listener asks nothing more', async () => {
    const asked: string[] = [];
    const run = (file: string): Promise<{ code: number; stdout: string }> => {
      asked.push(file);
      return Promise.resolve({ code: 1, stdout: '' });
    };
    expect(await listOnMacos(501, run)).toEqual([]);
    expect(asked).toEqual(['lsof']);
  });

  it('takes nothing from noise', () => {
    expect(parseListening('n*:80\nx\n\np1\nnnonsense')).toEqual([]);
    expect(parseCommands('nothing here')).toEqual(new Map());
  });
});

describe('Windows', () => {
  const ROWS = JSON.stringify([
    {
      address: '127.0.0.1',
      port: 5173,
      pid: 7100,
      name: 'node.exe',
      command: '"C:\\Program Files\\nodejs\\node.exe" "C:\\code\\my shop\\node_modules\\vite\\bin\\vite.js"',
    },
    { address: 'fe80::1%4', port: 139, pid: 4, name: 'System', command: '' },
  ]);

  it('runs one script of PowerShell', async () => {
    const asked: [string, readonly string[]][] = [];
    const sockets = await listOnWindows((file, args) => {
      asked.push([file, args]);
      return Promise.resolve({ code: 0, stdout: `\uFEFF${ROWS}\r\n` });
    });
    expect(asked).toEqual([
      ['powershell.exe', ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command', LIST_SCRIPT]],
    ]);
    expect(LIST_SCRIPT).toContain('Get-NetTCPConnection -State Listen');
    expect(sockets).toEqual([
      {
        address: '127.0.0.1',
        port: 5173,
        pid: 7100,
        process: 'node',
        folder: 'C:\\code\\my shop',
        command: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\code\\my shop\\node_modules\\vite\\bin\\vite.js'],
      },
    ]);
  });

  it.each(['', 'Get-NetTCPConnection : Access denied', '{}', '[{"port":1}]'])('%j finds nothing', (text) => {
    expect(parseRows(text)).toEqual([]);
  });
});
