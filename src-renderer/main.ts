// The window's entry: connects to the workstation, sets the theme before the first paint, mounts the frame.
import './theme.css';
import { mount } from 'svelte';
import { connect } from './api/connect.ts';
import App from './App.svelte';
import { AppState } from './app-state.svelte.ts';
import { applyTheme } from './frame/theme.ts';

const app = new AppState(connect());
applyTheme(app.theme);
const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
mount(App, { target, props: { app } });
