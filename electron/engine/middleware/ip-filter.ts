/** Lets requests in by the address of the client. */
import { z } from 'zod';
import { createAddressMatcher, isValidCidr } from '../../../shared/cidr.ts';
import type { MiddlewareFactory } from '../generation.ts';
import { refuse } from './reply.ts';

const addresses = z.array(
  z.string().refine(isValidCidr, 'is not an IP address or a CIDR block: write it as 127.0.0.1 or 10.0.0.0/8'),
);

const schema = z
  .strictObject({
    allow: addresses
      .default([])
      .meta({ title: 'Let in', description: 'Addresses and CIDR blocks that may come in; everyone unless given.' }),
    deny: addresses
      .default([])
      .meta({ title: 'Keep out', description: 'Addresses and CIDR blocks that may not, even if allowed.' }),
  })
  .refine(({ allow, deny }) => allow.length + deny.length > 0, 'has neither allow nor deny: give one of them')
  .meta({ title: 'Address filter' });

export const ipFilter: MiddlewareFactory<typeof schema> = {
  description: 'Answers 403 to clients whose address is denied or not allowed.',
  schema,
  create: ({ allow, deny }, context) => {
    const isDenied = createAddressMatcher(deny);
    const isAllowed = allow.length > 0 ? createAddressMatcher(allow) : () => true;
    return {
      name: 'ip_filter',
      onRequest: ({ client }) => {
        if (!isDenied(client) && isAllowed(client)) return undefined;
        return refuse(403, 'ADDRESS_DENIED', `${client} may not use ${context.site}.`, {
          title: 'This address may not come in',
          fix: 'Change allow or deny of its ip_filter in Mogoly.',
        });
      },
    };
  },
};
