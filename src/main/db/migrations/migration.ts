/** One schema migration. Never edit one: workspaces that already ran it would not get the change. Append new ones. */
export interface Migration {
  version: number; // 1, 2, 3, …
  sql: string;
}
