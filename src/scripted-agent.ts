#!/usr/bin/env node
import { main } from './scripted-agent/main.ts';

void main(process.env).then((code) => {
  process.exitCode = code;
});
