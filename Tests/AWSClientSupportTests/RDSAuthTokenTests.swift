import AWSClientSupport
import SigV4
import Testing

/// The expected tokens were made with botocore 1.44.5, `generate_db_auth_token`, for the same time and keys.
@Suite("Tokens for RDS")
struct RDSAuthTokenTests {
    private func token(sessionToken: String?) throws -> String {
        try RDSAuthToken.make(
            host: "db.abc.eu-central-1.rds.amazonaws.com", port: 5432, user: "sync+er@x",
            signer: Signer(region: "eu-central-1", service: RDSAuthToken.signingName),
            credentials: Credentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: sessionToken),
            date: SigningDate(unixSeconds: 1_795_517_407))
    }

    private let start =
        "db.abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=sync%2Ber%40x"
        + "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Feu-central-1%2Frds-db%2Faws4_request"
        + "&X-Amz-Date=20261124T105007Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"

    @Test("a token is what botocore makes, byte for byte")
    func longLived() throws {
        #expect(
            try token(sessionToken: nil)
                == start + "&X-Amz-Signature=4964fa0846fdd53e815e1e56ee540dbd3c512dd7db40960b0eaf36e10cb0e134")
    }

    @Test("with temporary credentials too")
    func temporary() throws {
        #expect(
            try token(sessionToken: "token/+=xy")
                == start + "&X-Amz-Security-Token=token%2F%2B%3Dxy"
                + "&X-Amz-Signature=fe2b57519351189115549417457805765b027058bdb037575c01826d75e54b40")
    }

    @Test("keys that cannot sign make no token")
    func unusable() {
        #expect(throws: SigningError.self) { try token(sessionToken: "two lines\n") }
    }
}
