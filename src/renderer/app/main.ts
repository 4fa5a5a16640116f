import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import '@fontsource/inter/latin-600.css';
import '../kit/styles/tokens.css';
import '../kit/styles/base.css';
import '../../shared/charts/charts.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.body });
