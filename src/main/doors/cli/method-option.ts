import { Option } from 'commander';
import { CLASS_TOKEN_METHOD, DEFAULT_METHOD, LEGACY_METHOD, METHODS, METHOD_INFO } from '../../../shared/explanation-methods.ts';

/** `--method NAME`, with a line on each. No default value: a layer alone asks for LEGACY_METHOD. */
export const methodOption = (): Option =>
  new Option(
    '--method <name>',
    `how the maps are computed (default: ${DEFAULT_METHOD}; of a class token ${CLASS_TOKEN_METHOD}; with --layer ${LEGACY_METHOD}). ${METHODS.map((name) => `${name}: ${METHOD_INFO[name].hint}`).join(' ')}`,
  ).choices(METHODS);
