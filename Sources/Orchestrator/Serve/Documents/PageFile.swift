/// A file of the web page, as it is built into the program: one file is all that is deployed.
struct PageFile: Sendable {
    let path: String
    let mediaType: String
    let bytes: [UInt8]

    private init(_ path: String, _ mediaType: String, _ bytes: [UInt8]) {
        self.path = path
        self.mediaType = mediaType
        self.bytes = bytes
    }

    private static func script(_ name: String, _ bytes: [UInt8]) -> PageFile {
        PageFile("/page/\(name).js", "text/javascript; charset=utf-8", bytes)
    }

    /// All of them.
    static let all = [
        PageFile("/", "text/html; charset=utf-8", PackageResources.index_html),
        PageFile("/page/page.css", "text/css; charset=utf-8", PackageResources.page_css),
        PageFile("/page/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        script("api", PackageResources.api_js), script("changes", PackageResources.changes_js),
        script("chart", PackageResources.chart_js),
        script("dom", PackageResources.dom_js), script("format", PackageResources.format_js),
        script("history", PackageResources.history_js), script("letters", PackageResources.letters_js),
        script("lookup", PackageResources.lookup_js), script("main", PackageResources.main_js),
        script("now", PackageResources.now_js), script("rejects", PackageResources.rejects_js),
        script("source", PackageResources.source_js), script("verdict", PackageResources.verdict_js),
    ]
}
