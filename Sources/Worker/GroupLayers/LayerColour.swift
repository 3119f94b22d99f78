/// The colour of a layer: neighbours in the manifest's order are far apart on the wheel.
struct LayerColour {
    /// As `#rrggbb`.
    let fill: String
    /// Black or white, whichever can be read on it.
    let text: String

    /// - Parameter index: of the layer in the manifest's order.
    init(_ index: Int) {
        // The golden angle never comes back to where it was.
        let hue = (Double(index) * 137.508).truncatingRemainder(dividingBy: 360)
        let saturation = [0.55, 0.75, 0.40][index % 3]
        let lightness = [0.75, 0.60, 0.86][index / 3 % 3]
        let channels = Self.channels(hue: hue, saturation: saturation, lightness: lightness)
        fill = "#" + channels.map { Self.twoDigits(Int(($0 * 255).rounded())) }.joined()
        // Relative luminance (ITU-R BT.709).
        let luminance = zip(channels, [0.2126, 0.7152, 0.0722]).reduce(0) { $0 + $1.0 * $1.1 }
        text = luminance > 0.45 ? "black" : "white"
    }

    private static func channels(hue: Double, saturation: Double, lightness: Double) -> [Double] {
        let amplitude = saturation * min(lightness, 1 - lightness)
        return [0.0, 8, 4].map { offset in
            let place = (offset + hue / 30).truncatingRemainder(dividingBy: 12)
            return lightness - amplitude * max(-1, min(place - 3, 9 - place, 1))
        }
    }

    private static func twoDigits(_ value: Int) -> String {
        let text = String(value, radix: 16)
        return text.count == 1 ? "0" + text : text
    }
}
