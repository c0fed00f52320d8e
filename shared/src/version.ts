import packageJson from '../../package.json' with { type: 'json' };

/** The platform's version; all its parts are released together. */
export const VERSION: string = packageJson.version;
