import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import '@fontsource/inter/latin-600.css';
import '../kit/styles/tokens.css';
import '../kit/styles/base.css';
import '../../shared/charts/charts.css';
import { mount } from 'svelte';
import { toast } from '../client/toasts.svelte.ts';
import App from './App.svelte';

// Uncaught errors: shown as a toast, which also logs them. An event without an error object is only a notice,
// such as "ResizeObserver loop completed with undelivered notifications".
window.addEventListener('error', ({ error }: { error: unknown }) => {
  if (error instanceof Error) toast.error(error);
});
window.addEventListener('unhandledrejection', ({ reason }) => toast.error(reason));

mount(App, { target: document.body });
