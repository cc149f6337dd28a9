// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest'
import { findMark } from '../src/sources/marks'

type Colour = [number, number, number]
const WHITE: Colour = [255, 255, 255]
const YELLOW: Colour = [255, 226, 92]

function picture(width: number, height: number, at: (x: number, y: number) => Colour): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(4 * width * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.set([...at(x, y), 255], 4 * (y * width + x))
  return pixels
}

describe('where the marked passage begins in the picture of a page', () => {
  it('is the first line of yellow, also on grey paper', () => {
    for (const light of [1, 0.8]) {
      const shade = (colour: Colour) => colour.map((part) => Math.round(part * light)) as Colour
      const pixels = picture(20, 40, (x, y) => shade(y >= 30 && y < 33 && x >= 5 && x < 15 ? YELLOW : WHITE))
      expect(findMark(pixels, 20)).toEqual({ x: 0.25, y: 0.75 })
    }
  })

  it('is nowhere on a page without a mark, whatever its colours', () => {
    const colours: Colour[] = [WHITE, [0, 0, 0], [255, 255, 0], [250, 200, 160], [90, 80, 32], [240, 240, 200]]
    for (const colour of colours) expect(findMark(picture(20, 20, () => colour), 20)).toBeNull()
    expect(findMark(picture(20, 20, (x, y) => (x === 3 && y === 3 ? YELLOW : WHITE)), 20)).toBeNull()
  })
})
