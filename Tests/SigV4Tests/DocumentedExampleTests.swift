import SigV4
import Testing

/// The worked examples of the AWS documentation, which prove the signer where no file of cases is at hand.
@Suite("SigV4: examples of the AWS documentation")
struct DocumentedExampleTests {
    // https://docs.aws.amazon.com/general/latest/gr/signature-v4-examples.html
    @Test("SigV4: the documented signing key is derived")
    func derivesKey() throws {
        let key = try SigningKey(
            secretAccessKey: iamCredentials.secretAccessKey,
            scope: CredentialScope(day: "20150830", region: "us-east-1", service: "iam"))
        // The key itself stays inside: what it signs tells it apart. From the documented key c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9.
        let stringToSign = """
            AWS4-HMAC-SHA256
            20150830T123600Z
            20150830/us-east-1/iam/aws4_request
            f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
            """
        #expect(
            try key.signature(of: Array(stringToSign.utf8)).hex
                == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test("SigV4: the documented IAM request is signed")
    func signsListUsers() throws {
        let result = try Signer(region: "us-east-1", service: "iam")
            .sign(listUsers, credentials: iamCredentials, date: august30)

        #expect(
            result.canonicalRequest == """
                GET
                /
                Action=ListUsers&Version=2010-05-08
                content-type:application/x-www-form-urlencoded; charset=utf-8
                host:iam.amazonaws.com
                x-amz-date:20150830T123600Z

                content-type;host;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """)
        #expect(
            result.stringToSign == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/iam/aws4_request
                f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
                """)
        #expect(result.signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        #expect(result.headers.map(\.name) == ["X-Amz-Date", "Authorization"])
        #expect(
            result.headers[1].value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test("SigV4: the documented IAM request is presigned")
    func presignsListUsers() throws {
        let result = try Signer(region: "us-east-1", service: "iam")
            .presign(listUsers, credentials: iamCredentials, date: august30, expiresInSeconds: 60)

        #expect(
            result.query
                == "Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request"
                + "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost"
                + "&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02")
    }

    // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    @Test("SigV4: the documented S3 requests are signed", arguments: ObjectStoreExample.all)
    func signsObjectStoreRequest(_ example: ObjectStoreExample) throws {
        let signer = Signer(
            region: "us-east-1", service: "s3",
            options: .init(normalizesPath: false, encodesPathTwice: false, addsContentHashHeader: true))
        let result = try signer.sign(
            SigningRequest(
                method: example.method, path: example.path, query: example.query,
                headers: [(name: "Host", value: "examplebucket.s3.amazonaws.com")] + example.headers,
                payloadHash: try .hash(Array(example.body.utf8))),
            credentials: Credentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            date: SigningDate(unixSeconds: 1_369_353_600))

        #expect(result.signature == example.signature, "\(result.canonicalRequest)")
    }

    private let iamCredentials = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    private let august30 = SigningDate(unixSeconds: 1_440_938_160)
    private let listUsers = SigningRequest(
        method: "GET", path: "/", query: "Action=ListUsers&Version=2010-05-08",
        headers: [
            (name: "Host", value: "iam.amazonaws.com"),
            (name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8"),
        ],
        payloadHash: .empty)
}

struct ObjectStoreExample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method = "GET"
    var path = "/"
    var query = ""
    var headers: [(name: String, value: String)] = []
    var body = ""
    var signature: String

    static let all = [
        ObjectStoreExample(
            testDescription: "GET object", path: "/test.txt", headers: [(name: "Range", value: "bytes=0-9")],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ObjectStoreExample(
            testDescription: "PUT object", method: "PUT", path: "/test%24file.text",
            headers: [
                (name: "Date", value: "Fri, 24 May 2013 00:00:00 GMT"),
                (name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
            ],
            body: "Welcome to Amazon S3.",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ObjectStoreExample(
            testDescription: "GET bucket lifecycle", query: "lifecycle",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ObjectStoreExample(
            testDescription: "GET bucket, list objects", query: "max-keys=2&prefix=J",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]
}
