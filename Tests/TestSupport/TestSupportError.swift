import Glibc

/// What stopped a piece of test scaffolding, and what the person at the keyboard can do about it.
package struct TestSupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// The error that `errno` stands for just after a C call failed.
    static func system(_ call: String, _ code: Int32) -> TestSupportError {
        TestSupportError("\(call) failed: \(String(cString: strerror(code)))")
    }
}
