/** The newest queries to our DNS, read again and again while somebody looks. */
import { useEffect, useState } from 'react';
import { bridge } from '../bridge.ts';
import type { DnsQuery } from '../../shared/dns.ts';
import type { Problem } from '../../shared/problem.ts';

const EVERY_MS = 1_500;
/** As many as the engine keeps. */
export const QUERIES_MAX = 500;

export interface Queries {
  list: readonly DnsQuery[];
  problems: readonly Problem[];
}

/** Undefined before the first answer. A window that is hidden asks nothing. */
export function useQueries(isFollowing: boolean): Queries | undefined {
  const [queries, setQueries] = useState<Queries | undefined>();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      if (!document.hidden) {
        const answer = await bridge.call('dns.queries', { limit: QUERIES_MAX });
        if (isOver) return;
        setQueries((before) =>
          answer.ok ? { list: answer.value, problems: [] } : { list: before?.list ?? [], problems: answer.problems },
        );
      }
      if (isFollowing) timer = setTimeout(() => void read(), EVERY_MS);
    };
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isFollowing]);
  return queries;
}

export function findQueries(list: readonly DnsQuery[], text: string): readonly DnsQuery[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list;
  return list.filter(({ name, type, rcode, source, client }) => {
    const all = `${name} ${type} ${rcode} ${source} ${client}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
