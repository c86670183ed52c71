/** A dev server for use inside an overlay: a page that tells how it came, and a WebSocket that says hello. No packages. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const PAGE = `<!doctype html><title>shop</title><p id="how">loading</p><script>
  const [entry] = performance.getEntriesByType('navigation');
  // A headless browser waits until the page is loaded: it is once this image came, and that comes when all is said.
  const visit = String(Math.random());
  document.write('<img alt="" src="/held?' + visit + '">');
  const socket = new WebSocket('wss://' + location.host + '/ws');
  const say = (text) => {
    document.getElementById('how').textContent = entry.nextHopProtocol + ' ' + location.host + ' ' + text;
    fetch('/said?' + visit);
  };
  socket.onmessage = ({ data }) => say(data);
  socket.onerror = () => say('no websocket');
</script>`;

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What ends the held answer of a visit; undefined where all was said before it was asked for. */
const visits = new Map<string, (() => unknown) | undefined>();

const server = createServer(({ url = '/' }, response) => {
  const [path, visit = ''] = url.split('?');
  if (path === '/held' && !visits.has(visit)) return void visits.set(visit, () => response.end());
  if (path === '/said') {
    visits.get(visit)?.();
    visits.set(visit, undefined);
  }
  response.setHeader('content-type', 'text/html');
  response.end(PAGE);
});
server.on('upgrade', ({ headers }, socket) => {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(Buffer.from('\x81\x05hello', 'latin1'));
  socket.on('error', () => undefined);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
