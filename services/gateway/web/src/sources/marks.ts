// SPDX-License-Identifier: EUPL-1.2
/** A point of a picture in parts of its width and height. */
export type Point = { x: number; y: number }

// The yellow that the server multiplies into the picture (`_COLOUR` in retrieval's parsing/marking.py), in parts of red.
const GREEN = 226 / 255
const BLUE = 92 / 255
const DARKEST = 120
const WIDTH = 240
const LEAST = 3

/**
 * The first marked line of a page: its begin, and nothing where none is marked. It is read from the picture itself, since
 * only what drew it knows how the page is turned and cropped.
 */
export function firstMark(image: HTMLImageElement): Point | null {
  const width = Math.min(WIDTH, image.naturalWidth)
  if (!width) return null
  const height = Math.round((image.naturalHeight / image.naturalWidth) * width)
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context || !height) return null
  context.drawImage(image, 0, 0, width, height)
  return findMark(context.getImageData(0, 0, width, height).data, width)
}

/** `pixels`: four bytes each, row by row. A grey paper darkens the yellow and keeps its hue. */
export function findMark(pixels: Uint8ClampedArray, width: number): Point | null {
  const height = pixels.length / 4 / width
  for (let y = 0; y < height; y++) {
    let first = -1
    let count = 0
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x)
      if (!isMark(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)) continue
      if (first < 0) first = x
      count++
    }
    if (count >= LEAST) return { x: first / width, y: y / height }
  }
  return null
}

const isMark = (red: number, green: number, blue: number): boolean =>
  red > DARKEST && Math.abs(green / red - GREEN) < 0.04 && Math.abs(blue / red - BLUE) < 0.08

/** Whether `point` of the picture in the frame is in view. */
export const inView = (frame: HTMLElement, image: HTMLElement, { x, y }: Point): boolean => {
  const [left, top] = [x * image.clientWidth - frame.scrollLeft, y * image.clientHeight - frame.scrollTop]
  return left >= 0 && left <= frame.clientWidth && top >= 0 && top <= frame.clientHeight
}

/** What stands in the middle of the frame. */
export const middle = (frame: HTMLElement, image: HTMLElement): Point => ({
  x: (frame.scrollLeft + frame.clientWidth / 2) / Math.max(1, image.clientWidth),
  y: (frame.scrollTop + frame.clientHeight / 2) / Math.max(1, image.clientHeight),
})

/** Scroll so that `point` stands at these parts of the frame's width and height. */
export const bring = (frame: HTMLElement, image: HTMLElement, point: Point, across: number, down: number): void => {
  frame.scrollLeft = point.x * image.clientWidth - across * frame.clientWidth
  frame.scrollTop = point.y * image.clientHeight - down * frame.clientHeight
}
