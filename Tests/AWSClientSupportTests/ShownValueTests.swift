import AWSClientSupport
import Testing

@Suite("What a message repeats of a setting")
struct ShownValueTests {
    @Test(
        "a number is repeated, with its unit",
        arguments: ["0", "-1", "+7", "5000", "1.5", "6h", "90s", "80%", "999999999999"])
    func numbers(text: String) {
        #expect(ShownValue.not(text) == ", not '\(text)'")
    }

    @Test(
        "nothing else is: a word, a token, a long number, two lines",
        arguments: ["", "many", "hunter2", "2f4a9", "9999999999999", "1\n2", "1 2", "6hours", "0x10", "٣", "."])
    func others(text: String) {
        #expect(ShownValue.not(text) == "")
    }

    @Test("a path is repeated if it begins like one")
    func paths() {
        for path in ["/", "/etc/ca.pem", "./ca.pem", "../ca.pem", "~/ca.pem"] { #expect(ShownValue.path(path) == path) }
        for text in ["", "s3cr3t", "s3cr3t/x", "~s3cr3t", ".s3cr3t", "-/s3cr3t"] {
            #expect(!ShownValue.path(text).contains("s3cr3t"))
            #expect(!ShownValue.isPath(text))
        }
    }
}
