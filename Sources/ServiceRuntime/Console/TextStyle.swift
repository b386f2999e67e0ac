/// The few styles that an operator's terminal gets, or none of them.
package struct TextStyle: Sendable {
    private let isOn: Bool

    /// - Parameter isOn: whether styles are written at all; see ``TerminalTraits/usesColour``.
    package init(isOn: Bool) {
        self.isOn = isOn
    }

    package static let plain = TextStyle(isOn: false)

    package func bold(_ text: String) -> String { styled(text, "1") }
    package func dim(_ text: String) -> String { styled(text, "2") }
    package func good(_ text: String) -> String { styled(text, "32") }
    package func notable(_ text: String) -> String { styled(text, "33") }
    package func bad(_ text: String) -> String { styled(text, "31") }

    /// SGR sequences of ECMA-48, with the basic colours, which every theme keeps legible.
    private func styled(_ text: String, _ code: String) -> String {
        isOn && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
