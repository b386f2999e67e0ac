/// The text that one queue message carries: a versioned header line, then one line a user.
///
/// ```
/// user-sync/2 ⇥ <sync id> ⇥ <batch number> ⇥ <lane> ⇥ <users> ⏎
/// <legacy id> ⇥ <created at> ⇥ <flags> ⇥ <user name> ⇥ <email> ⏎      (once for each user)
/// ```
///
/// A message with ``ExtraFields`` is of version 3, lists their columns in its header, and has their values in each line:
///
/// ```
/// user-sync/3 ⇥ <sync id> ⇥ <batch number> ⇥ <lane> ⇥ <users> ⇥ <column>:<type>,<column>:<type>… ⏎
/// <legacy id> ⇥ <created at> ⇥ <flags> ⇥ <user name> ⇥ <email> ⇥ <value> ⇥ <value>… ⏎
/// ```
///
/// `⇥` is one tab and `⏎` one line feed; nothing stands around them, and the last line ends in a line feed too.
///
/// - **Version.** The text after `user-sync/`. A reader knows versions 1 to 3 and refuses every other one: it does not guess. In
///   version 1 the flags are `0` and `1` only. Version 3 is written only for extra fields, so that workers of the release before
///   read the messages of an installation without such fields.
/// - **Numbers** are decimal ASCII, with a leading `-` when negative, and fit a signed 64-bit integer. Those of the
///   header are never negative, and `users` is at least 1 and equals the number of user lines.
/// - **Created at** is in microseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999, which RFC 3339 can write.
/// - **Flags** is one digit, the sum of: 1 when the legacy system has marked the user as deleted, 2 when the sender knows
///   of no such user in the table and has sent none before (``RowFlags/new``).
/// - **User name** (at least one byte) and **email** (may be empty) are UTF-8 without NUL, escaped as below.
/// - **Extra values** are written by ``ExtraLine``, one for each column, in the header's order. There are 1 to 32 columns, of the
///   types of ``UserField/Kind``, and none is named twice.
/// - **Order** of lines is the order of the stream: of two lines with the same user name and time the later counts.
///
/// The user lines are PostgreSQL's [COPY text format](https://www.postgresql.org/docs/current/sql-copy.html), so that
/// they can be fed to `COPY` as they are (the flags into an integer column). Of its escapes these are written and read, and
/// no others:
///
/// | escape | stands for |
/// | --- | --- |
/// | `\\` | a backslash |
/// | `\t` `\n` `\r` | tab, line feed, carriage return |
/// | `\xHH` | the byte with these two hexadecimal digits |
///
/// SQS carries [XML 1.0 characters](https://www.w3.org/TR/xml/#charsets) only. The characters outside that set are the
/// other C0 controls, written as `\x01` and so on, and U+FFFE and U+FFFF, whose three UTF-8 bytes are written as
/// `\xef\xbf\xbe` and `\xef\xbf\xbf`. A bare control character in a field, an unknown escape, or bytes that are no
/// UTF-8 after unescaping make the whole message refused.
///
/// The page `docs/message-format.md` shows an example that the tests decode.
package enum MessageFormat {
    /// The version that this build writes for users without extra fields.
    package static let version = 2

    /// The version that this build writes for users with extra fields.
    package static let versionWithExtras = 3

    /// The versions that this build reads.
    package static let readableVersions = 1...versionWithExtras

    /// What every version of the format starts with.
    static let signature: StaticString = "user-sync/"

    /// The creation times that a message may carry: those that RFC 3339 can write.
    static let createdAtRange = RFC3339.range

    /// The fewest bytes that a user line takes: two one-digit numbers, a flag, a one-byte name, an empty email,
    /// separators.
    static let shortestRowBytes = 9
}

/// The bytes that have a meaning in the format.
enum FormatByte {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let minus: UInt8 = 0x2D
    static let zero: UInt8 = 0x30
    static let one: UInt8 = 0x31
    static let backslash: UInt8 = 0x5C
    /// Behind a backslash: NULL.
    static let nullLetter: UInt8 = 0x4E
    static let point: UInt8 = 0x2E
    static let plus: UInt8 = 0x2B
    static let e: UInt8 = 0x65
    static let f: UInt8 = 0x66
    static let n: UInt8 = 0x6E
    static let r: UInt8 = 0x72
    static let t: UInt8 = 0x74
    static let x: UInt8 = 0x78
    /// The first UTF-8 byte of U+FFFE and U+FFFF (EF BF BE, EF BF BF), and of other characters from U+F000 on.
    static let noncharacterLead: UInt8 = 0xEF
}
