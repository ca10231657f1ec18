/** What every vault's private directory is called: the PID namespace, number and start of the app, and six letters. */
export const privateDirectoryName: RegExp = /^strongroom-(\d+)-(\d+)-(\d+)-[A-Za-z0-9]{6}$/
