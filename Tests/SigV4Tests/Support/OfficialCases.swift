import Foundation

/// The AWS signing test suite, which is read where it lies and is no part of this repository.
enum OfficialCases {
    /// The file that `SIGV4_CASES` names, else the one beside the package if there is one.
    static let path: String? = {
        if let named = ProcessInfo.processInfo.environment["SIGV4_CASES"], !named.isEmpty { return named }
        let beside = packageRoot.deletingLastPathComponent()
            .appending(path: "shared/testdata/sigv4/cases.json").path(percentEncoded: false)
        return FileManager.default.fileExists(atPath: beside) ? beside : nil
    }()

    /// What went wrong with a file that is there, or was named; `nil` when it was read or when there is none.
    static var failure: (any Error)? {
        if case .failure(let error) = loaded { error } else { nil }
    }

    /// Empty when there is no file.
    static var all: [OfficialCase] { (try? loaded.get()) ?? [] }

    private static let loaded = Result {
        guard let path else { return [OfficialCase]() }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([OfficialCase].self, from: Data(contentsOf: URL(filePath: path)))
    }

    private static let packageRoot = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
