/** As much of pg as the tests use; its own types are another package. */
declare module 'pg' {
  export class Client {
    constructor(options: { connectionString: string; connectionTimeoutMillis?: number });
    connect(): Promise<void>;
    query(text: string): Promise<{ rows: unknown[] }>;
    end(): Promise<void>;
  }
}
