import Testing

@testable import AWSClientSupport

@Suite("AWS settings: environment and shared files")
struct AWSSettingsTests {
    private func settings(
        config: String = "", credentials: String = "", _ variables: [String: String] = [:]
    ) throws(AWSSettingsError) -> AWSSettings {
        try AWSSettings(
            environment: ["HOME": "/h"].merging(variables) { $1 },
            files: CredentialFiles { path in
                switch path {
                case "/h/.aws/config", "/elsewhere/config": Array(config.utf8)
                case "/h/.aws/credentials": Array(credentials.utf8)
                default: nil
                }
            })
    }

    private func problem(_ body: () throws -> Void) -> AWSSettingsError? {
        do {
            try body()
            return nil
        } catch {
            return error as? AWSSettingsError
        }
    }

    @Test("the region is the environment's, else the profile's, and says where it was found")
    func region() throws {
        let config = "[default]\nregion = eu-west-1\n[profile dev]\nregion = eu-west-2"
        func region(_ variables: [String: String]) throws -> String? {
            try settings(config: config, variables).region().map { "\($0.value) \($0.origin)" }
        }
        #expect(try region([:]) == "eu-west-1 region of profile default (/h/.aws/config)")
        #expect(try region(["AWS_PROFILE": "dev"]) == "eu-west-2 region of profile dev (/h/.aws/config)")
        #expect(try region(["AWS_DEFAULT_PROFILE": "dev"])?.hasPrefix("eu-west-2") == true)
        #expect(try region(["AWS_DEFAULT_REGION": "eu-west-3"]) == "eu-west-3 AWS_DEFAULT_REGION")
        #expect(try region(["AWS_REGION": "eu-west-4", "AWS_DEFAULT_REGION": "eu-west-3"]) == "eu-west-4 AWS_REGION")
        #expect(try settings().region() == nil)
        #expect(problem { _ = try settings(config: "[default]\nregion = no where").region() }?.setting == "AWS_REGION")
    }

    @Test("a region in the credentials file counts, as in the CLI")
    func regionInCredentials() throws {
        #expect(try settings(credentials: "[default]\nregion = eu-west-1").region()?.value.name == "eu-west-1")
    }

    @Test(
        "an endpoint is taken from the service's variable, the common one, the services section, the profile, in this order"
    )
    func endpoints() throws {
        let config = """
            [default]
            services = local
            endpoint_url = https://profile.example
            [services local]
            sts =
              endpoint_url = https://sts.example
            """
        func endpoint(_ service: AWSService, _ variables: [String: String] = [:]) throws -> String? {
            try settings(config: config, variables).endpoint(of: service)?.value.url
        }
        #expect(try endpoint(.sts) == "https://sts.example/")
        #expect(try endpoint(.sqs) == "https://profile.example/")
        let common = ["AWS_ENDPOINT_URL": "https://common.example"]
        #expect(try endpoint(.sts, common) == "https://common.example/")
        #expect(
            try endpoint(.sts, common.merging(["AWS_ENDPOINT_URL_STS": "https://own.example"]) { $1 })
                == "https://own.example/")
        #expect(
            try endpoint(.sqs, common.merging(["AWS_ENDPOINT_URL_STS": "https://own.example"]) { $1 })
                == "https://common.example/")
        #expect(try endpoint(.sqs, ["AWS_PROFILE": "default"]) == "https://profile.example/")
        #expect(
            problem { _ = try settings(["AWS_ENDPOINT_URL_SQS": "ftp://x"]).endpoint(of: .sqs) }?.setting
                == "AWS_ENDPOINT_URL_SQS")
    }

    @Test("configured endpoints are ignored when that is asked for, by the environment or by the profile")
    func ignored() throws {
        let variables = ["AWS_ENDPOINT_URL": "https://common.example"]
        for (value, isIgnored) in [("true", true), ("True", true), ("false", false), ("1", false)] {
            let all = variables.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": value]) { $1 }
            #expect(try (settings(all).endpoint(of: .sqs) == nil) == isIgnored, "\(value)")
        }
        let config = "[default]\nendpoint_url = https://x.example\nignore_configured_endpoint_urls = true"
        #expect(try settings(config: config, variables).endpoint(of: .sqs) == nil)
        #expect(
            try settings(config: config, variables.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"]) { $1 })
                .endpoint(of: .sqs) != nil)
    }

    @Test("a services section that is not there is an error that names it")
    func missingServices() {
        let error = problem { _ = try settings(config: "[default]\nservices = gone").endpoint(of: .sqs) }
        #expect(error?.description.contains("[services gone]") == true)
    }

    @Test("a profile that was asked for and is in no file is an error that says where it was looked for")
    func missingProfile() {
        let error = problem { _ = try settings(["AWS_PROFILE": "gone"]).region() }
        #expect(error?.setting == "AWS_PROFILE")
        #expect(error?.description.contains("/h/.aws/config and /h/.aws/credentials") == true)
    }

    @Test(
        "a file that the CLI could not read either is an error with its path and line, and nothing of its content",
        arguments: [
            ("aws_secret_access_key = s3cr3t", 1), ("[default]\ns3cr3t", 2), ("[a]\n[a]", 2),
            ("[a]\nx = 1\nX = s3cr3t", 3),
            ("[a]\n= s3cr3t", 2),
        ])
    func damaged(content: String, line: Int) throws {
        let error = try #require(problem { _ = try settings(credentials: content) })
        #expect(error.setting == "AWS_SHARED_CREDENTIALS_FILE")
        #expect(error.description.contains("/h/.aws/credentials") && error.description.contains("line \(line)"))
        #expect(!error.description.contains("s3cr3t"))
    }

    @Test("a byte order mark is skipped")
    func mark() throws {
        #expect(try settings(config: "\u{FEFF}[default]\r\nregion = eu-west-1\r\n").region()?.value.name == "eu-west-1")
    }

    @Test(
        "paths of files may begin with a home folder or hold variables, as in the CLI",
        arguments: [
            ("~/.aws/config", true), ("$HOME/.aws/config", true), ("${HOME}/.aws/config", true),
            ("/elsewhere/config", true),
            ("$PLACE/config", true), ("~nobody-at-all/config", false), ("/h/none", false),
        ])
    func paths(path: String, isFound: Bool) throws {
        let found = try settings(
            config: "[default]\nregion = eu-west-1", ["AWS_CONFIG_FILE": path, "PLACE": "/elsewhere"])
        #expect(try (found.region() != nil) == isFound)
        #expect(found.missingFiles.isEmpty == isFound)
    }

    @Test("authorities are the environment's, else the profile's")
    func authorities() throws {
        let config = "[default]\nca_bundle = ~/ca.pem"
        #expect(try settings(config: config).certificateAuthorityFile()?.value == "/h/ca.pem")
        #expect(try settings(config: config, ["AWS_CA_BUNDLE": "/x.pem"]).certificateAuthorityFile()?.value == "/x.pem")
        #expect(try settings().certificateAuthorityFile() == nil)
    }
}
