import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { Html } from './html.ts';

/** A chart of src/shared/charts as markup: the same component that the screen mounts. Svelte escapes what it prints. */
export function chart<Props extends Record<string, unknown>>(component: Component<Props>, props: Props): Html {
  const { body } = render(component as Component, { props });
  return new Html(body.replaceAll(/<!--.*?-->/gs, '')); // comments where a browser would take the component over
}
