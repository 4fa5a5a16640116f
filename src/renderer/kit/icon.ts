import type { Component } from 'svelte';

/** An icon of @lucide/svelte: import each by its own path (`@lucide/svelte/icons/folder`), so only used icons are bundled. */
export type Icon = Component<{ size?: number | string; 'aria-hidden'?: 'true'; strokeWidth?: number | string }>;
