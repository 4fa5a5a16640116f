import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { Html } from '../../foundation/html.ts';

/** Renders a chart of src/shared/charts, the component that the screen mounts, as markup. Svelte escapes its texts. */
export function chart<Props extends Record<string, unknown>>(component: Component<Props>, props: Props): Html {
  const { body } = render(component as Component, { props });
  return new Html(body.replaceAll(/<!--.*?-->/gs, '')); // Svelte's markers for hydration in a browser
}
