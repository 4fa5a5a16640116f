/** What an image file is. */
export interface Inspected {
  sha256: string; // of the file's bytes, hex
  width: number; // px, after EXIF rotation
  height: number;
  facts: string[]; // what a person must know of how the file is read, in sentences
  /** The largest sample of a 16-bit file that does not say which part of the 16 bits it uses; null for other files. */
  maxSample: number | null;
}

export interface InspectedContent extends Inspected {
  content: string; // ImageRecord.content
}
