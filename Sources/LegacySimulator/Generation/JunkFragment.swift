/// What the source puts between arrays one time in five.
///
/// The real source's own fragment hides no user: a reader can tell it from damage. Some of its kin hold quotation marks or a
/// user's name, as a record does, and are to be taken for one.
///
/// Every fragment has an opening brace, so a reader notices it, and none closes more than it opens (see ``Damage``).
enum JunkFragment {
    /// The real source's own fragment half of the time, else one of its kin.
    static func pick(_ bits: UInt64) -> [UInt8] {
        bits & 1 == 0 ? usual : kin[SeededHash.index(SeededHash.mix(bits), below: kin.count)]
    }

    static let usual = Array("{/dados/:/corrimpidos/}".utf8)

    static let kin: [[UInt8]] =
        [
            "{/dados/:/corr", "{", "{{{", "{}", "{\n}", "{'id':1,'userName':'ana'}", "{id:1,userName:ana}",
            "{\"error\":\"upstream timed out\"}", "{\"error\":\"upstre", "{\"data\":", "{\"id\":1,\"userName\":",
            "<html><body>{502 Bad Gateway}</body></html>", "undefined{undefined}", "{\u{0}}", "\\{\\}", "{\"a\":1,}",
            "/*{*/",
        ].map { Array($0.utf8) } + [[0xFF, 0xFE, 0x7B, 0x80], [0x7B, 0xC3]]
}
