/** A small DNS server for inside an overlay: one address for every A, a line on standard output for every question. */
import dns2 from 'dns2';

const [address = '127.0.0.1', port = '53', answer = '127.0.0.1'] = process.argv.slice(2);
const { Packet } = dns2;

const server = dns2.createServer({
  udp: { type: 'udp4' },
  handle(request, send) {
    const response = Packet.createResponseFromRequest(request);
    const [question] = request.questions;
    if (question !== undefined) {
      process.stdout.write(`${question.name.toLowerCase()}\n`);
      const { name } = question;
      if ((question as { type?: number }).type === Packet.TYPE.A)
        (response.answers as unknown[]).push({
          name,
          type: Packet.TYPE.A,
          class: Packet.CLASS.IN,
          ttl: 1,
          address: answer,
        });
    }
    send(response);
  },
});
await server.listen({ udp: { port: Number(port), address } });
process.stdout.write('ready\n');
