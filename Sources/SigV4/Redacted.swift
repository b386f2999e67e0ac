/// A value that holds secrets: printing, interpolating, debugging and dumping it show its own `description` and nothing else.
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var debugDescription: String { description }

    /// No children, so that `dump` and test failure output cannot walk into the secrets.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
