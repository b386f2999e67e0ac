/// A secret that is told from everything else, in every form in which it may get into a setting by mistake.
///
/// None of the forms is a path or an address with a host that could be meant: those are shown on purpose.
package struct MarkedSecret: Sendable {
    /// Letters and digits alone, so that no encoding changes it.
    package let mark: String

    package init() {
        let digits = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        mark = "SECRET\(digits)"
    }

    /// Whether a text shows the secret, in capital letters or not: hosts are written in small ones.
    package func isShown(in text: String) -> Bool {
        text.lowercased().contains(mark.lowercased())
    }

    /// The secret in place of a whole value, or inside one.
    package var words: [String] {
        [
            mark, "'\(mark)'", "\(mark)\n\(mark)", "7\(mark)", "\(mark)+/x==", "LEGACY_API_KEY=\(mark)",
            "Bearer \(mark)", "{\"password\":\"\(mark)\"}",
        ]
    }

    /// The secret in each part of the address of a service, also where a character that was not encoded has moved it.
    package var addresses: [String] {
        [
            "https://\(mark)@127.0.0.1:9/1/a.fifo", "https://ana:\(mark)@127.0.0.1:9/1/a.fifo",
            "http://ana:x/\(mark)@127.0.0.1:9/1/a.fifo", "http://ana:x@\(mark)@127.0.0.1:9/1/a.fifo",
            "http://ana:x?\(mark)@127.0.0.1:9/1/a.fifo", "http://ana:x#\(mark)@127.0.0.1:9/1/a.fifo",
            "http://127.0.0.1:\(mark)/1/a.fifo", "http://127.0.0.1:9/\(mark)/a.fifo",
            "http://127.0.0.1:9/a.fifo?key=\(mark)", "http://127.0.0.1:9/a?\(mark)=.fifo",
            "http://127.0.0.1:9/a#\(mark).fifo", "http://[::1%\(mark)]/a.fifo", "\(mark)://127.0.0.1:9/a.fifo",
            "ana:\(mark)@127.0.0.1:9/a.fifo", "ftp://ana:\(mark)@127.0.0.1/a.fifo",
        ]
    }

    /// The secret in each part of a connection string.
    package var connectionStrings: [String] {
        let uri = [
            "\(mark)@127.0.0.1:9/x", "ana:\(mark)@127.0.0.1:9/x", "ana:x@\(mark)@127.0.0.1:9/x",
            "ana:x/\(mark)@127.0.0.1:9/x", "ana:x?\(mark)@127.0.0.1:9/x", "ana:x#\(mark)@127.0.0.1:9/x",
            "ana:x@\(mark)/x", "ana@127.0.0.1:\(mark)/x", "ana@127.0.0.1:9/\(mark)", "ana@127.0.0.1:9/x?\(mark)=1",
            "ana:x&\(mark)@127.0.0.1:9/x", "ana@127.0.0.1:9/x?password=\(mark)", "ana@127.0.0.1:9/x?password=a&\(mark)",
            "ana@127.0.0.1:9/x?\(mark)",
        ].map { "postgresql://\($0)" }
        let options = [
            "sslmode", "connect_timeout", "options", "application_name", "hostaddr", "service", "passfile",
            "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "gssencmode", "keepalives", "sslpassword",
            "load_balance_hosts", "ssl_min_protocol_version", "channel_binding", "requirepeer", "replication",
        ].map { "postgresql://ana@127.0.0.1:9/x?\($0)=\(mark)" }
        let pairs = [
            "host=127.0.0.1 port=9 password=\(mark)", "host=127.0.0.1 port=9 password='\(mark)",
            "host=127.0.0.1 port=9 password=x \(mark)", "host=127.0.0.1 port=9 password=x \(mark)=1",
            "host=\(mark)", "host=127.0.0.1 port=\(mark)", "host=127.0.0.1 port=9 dbname=\(mark) user=\(mark)",
            "host=127.0.0.1 port=9\n password=\(mark)", "mysql://ana:\(mark)@127.0.0.1/x",
            "jdbc:postgresql://127.0.0.1:9/x?user=ana&password=\(mark)",
        ]
        return uri + options + pairs
    }

    /// The forms that a setting may be given: the whole of those that it is made for, and some of the others.
    package func forms(of variable: String) -> [String] {
        let isDatabase = variable == "DATABASE_URL"
        let isAddress = ["URL", "URI", "PROXY", "ENDPOINT"].contains { variable.uppercased().contains($0) }
        return words + (isAddress || isDatabase ? addresses : Array(addresses.prefix(2)))
            + (isDatabase ? connectionStrings : Array(connectionStrings.prefix(2)))
    }
}
