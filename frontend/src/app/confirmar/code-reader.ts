type ReadCode = (picture: HTMLCanvasElement) => Promise<string | undefined>;

/** As far as it is used; not every browser has it. */
interface Detector {
  detect(picture: HTMLCanvasElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** The browser's own reader where it has one, for all the codes that it knows; else a QR is read here. */
export async function codeReader(): Promise<ReadCode> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = await own?.getSupportedFormats().catch((): string[] => []);
  if (own && formats?.includes('qr_code')) {
    const detector = new own();
    return async (picture) => (await detector.detect(picture)).at(0)?.rawValue;
  }
  const { decodeQR } = await import('qr/decode.js');
  return (picture) => Promise.resolve(decoded(decodeQR, picture));
}

function decoded(decodeQR: (image: ImageData) => string, picture: HTMLCanvasElement): string | undefined {
  const pixels = picture.getContext('2d')?.getImageData(0, 0, picture.width, picture.height);
  try {
    return pixels && decodeQR(pixels);
  } catch {
    // It throws for a picture without a code.
    return undefined;
  }
}
