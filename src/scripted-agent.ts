#!/usr/bin/env node
import { main } from './scripted-agent/main.ts';

process.exitCode = await main(process.env);
