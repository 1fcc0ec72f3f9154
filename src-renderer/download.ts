// Hands the person a file that the window has made; the browser, or Electron, asks where it is to lie or puts it with the downloads.

/** @param name of the file, with its ending */
export function downloadFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a person has named, as part of a file's name on every system: letters, digits, `.`, `-` and `_`. */
export function fileNamePart(text: string): string {
  return (
    text
      .normalize('NFKC')
      .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '')
      .slice(0, 80) || 'run'
  );
}
