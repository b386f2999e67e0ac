/// The AWS config and credentials files, together.
///
/// Where both have a setting of a profile, the credentials file's is taken.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct SharedConfigFiles: Equatable, Sendable {
    typealias Settings = [String: INIFile.Value]

    private(set) var profiles: [String: Settings] = [:]
    /// What the credentials file alone says: keys there go before a process, keys in the config file do not.
    private(set) var credentialProfiles: [String: Settings] = [:]
    /// The profiles of the config file.
    private(set) var configProfiles: Set<String> = []
    private(set) var ssoSessions: [String: Settings] = [:]
    private(set) var services: [String: Settings] = [:]
    /// The files that were looked for, for messages.
    private(set) var paths = Paths()

    struct Paths: Equatable, Sendable {
        var config: String?
        var credentials: String?
        /// Files that a variable names and that are not there, or may not be read.
        var missing: [String] = []
    }

    init() {}

    /// - Parameter environment: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and `HOME` say where the files are.
    /// - Throws: ``AWSSettingsError`` when a file is there and cannot be understood. A file that is not there is empty.
    init(environment: [String: String], files: CredentialFiles) throws(AWSSettingsError) {
        func read(_ variable: String, _ name: String) throws(AWSSettingsError) -> (path: String?, file: INIFile) {
            let named = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
            let path =
                named.map { FilePath.expanded($0, environment: environment) }
                ?? FilePath.home(environment).map { "\($0)/.aws/\(name)" }
            guard let path else { return (nil, INIFile()) }
            guard let bytes = files.read(path) else {
                if named != nil { paths.missing.append("\(ShownValue.path(path)) (\(variable))") }
                return (path, INIFile())
            }
            do {
                return (path, try INIFile(bytes))
            } catch {
                throw AWSSettingsError(
                    setting: variable, problem: "names \(ShownValue.path(path)), which cannot be read: \(error)")
            }
        }
        let config = try read("AWS_CONFIG_FILE", "config")
        let credentials = try read("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        paths.config = config.path.map(ShownValue.path)
        paths.credentials = credentials.path.map(ShownValue.path)
        self.add(config: config.file, credentials: credentials.file)
    }

    init(config: INIFile, credentials: INIFile) {
        add(config: config, credentials: credentials)
    }

    private mutating func add(config: INIFile, credentials: INIFile) {
        for section in config.sections {
            if section.name == "default" {
                profiles["default"] = section.values
            } else if section.name.hasPrefix("profile") {
                if let name = Self.name(section) { profiles[name] = section.values }
            } else if section.name.hasPrefix("sso-session") {
                if let name = Self.name(section) { ssoSessions[name] = section.values }
            } else if section.name.hasPrefix("services") {
                if let name = Self.name(section) { services[name] = section.values }
            }
        }
        configProfiles = Set(profiles.keys)
        for section in credentials.sections {
            credentialProfiles[section.name] = section.values
            profiles[section.name, default: [:]].merge(section.values) { $1 }
        }
    }

    /// The second word of a section's name, such as that of `[profile "my own"]`; `nil` unless it is the last one.
    private static func name(_ section: INIFile.Section) -> String? {
        guard let words = ShellWords.split(section.name), words.count == 2 else { return nil }
        return words[1]
    }
}

extension [String: INIFile.Value] {
    /// The text of a setting; `nil` when it is not there, is empty, or has settings below it.
    func text(_ name: String) -> String? {
        guard case .text(let text)? = self[name], !text.isEmpty else { return nil }
        return text
    }

    func nested(_ name: String) -> [String: String]? {
        guard case .nested(let settings)? = self[name] else { return nil }
        return settings
    }
}
