//! Events for the benchmarks, the same in each run.

/// Returns numbers that look random and are the same in each run.
pub fn random(seed: usize, salt: usize) -> usize {
    let mut x = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt as u64) << 32;
    for _ in 0..3 {
        x = (x ^ x >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    (x >> 20) as usize
}

/// Returns an envelope of an AWS service.
pub fn envelope(i: usize) -> String {
    let r = |salt| random(i, salt);
    let head = format!(
        r#"{{"version":"0","id":"{:08x}-ee6b-11ed-b32b-{:012x}","detail-type":"{}","source":"{}","account":"{:012}","time":"2023-05-{:02}T18:{:02}:48Z","region":"us-west-{}","resources":["arn:aws:s3:::bucket-{}"],"#,
        r(1) as u32,
        r(2) & 0xffff_ffff_ffff,
        [
            "Object Created",
            "AWS API Call via CloudTrail",
            "EC2 Instance State-change Notification"
        ][i % 3],
        ["aws.s3", "aws.cloudtrail", "aws.ec2"][i % 3],
        r(3) % 1_000_000_000_000,
        1 + r(4) % 28,
        r(5) % 60,
        1 + r(6) % 2,
        r(7) % 1000,
    );
    let detail = match i % 3 {
        0 => format!(
            r#""detail":{{"version":"0","bucket":{{"name":"bucket-{}"}},"object":{{"key":"path/to/object-{}.json","size":{},"etag":"{:032x}","version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"617f08299329d189"}},"request-id":"N4N7GDK58NMKJ12R","requester":"123456789012","source-ip-address":"10.{}.{}.3","reason":"PutObject"}}}}"#,
            r(7) % 1000,
            r(8) % 100_000,
            r(9) % 1_000_000,
            r(10),
            r(11) % 256,
            r(12) % 256,
        ),
        1 => format!(
            r#""detail":{{"eventVersion":"1.08","userIdentity":{{"type":"AssumedRole","principalId":"AROAIDPPEZS35WEXAMPLE:{}","arn":"arn:aws:sts::123456789012:assumed-role/role/{}","accountId":"123456789012","accessKeyId":"AKIAIOSFODNN7EXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAIDPPEZS35WEXAMPLE","arn":"arn:aws:iam::123456789012:role/role","accountId":"123456789012","userName":"role"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"2023-05-01T10:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2023-05-01T18:43:48Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-west-2","sourceIPAddress":"10.0.{}.1","userAgent":"[aws-cli/2.11.{} Python/3.11.2 Linux/5.15 exe/x86_64]","requestParameters":{{"bucketName":"bucket","Host":"s3.us-west-2.amazonaws.com","key":"object-{}","policy":"{{\"Version\":\"2012-10-17\"}}"}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":{},"AuthenticationMethod":"AuthHeader","x-amz-id-2":"Cdcvvg9tyZK/NFp+EXAMPLE=","bytesTransferredOut":0}},"requestID":"N4N7GDK58NMKJ12R","eventID":"{:08x}-61a8-4d8b-8a1f-{:012x}","readOnly":false,"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bucket/object"}},{{"accountId":"123456789012","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bucket"}}],"eventType":"AwsApiCall","managementEvent":{},"recipientAccountId":"123456789012","eventCategory":"Data"}}}}"#,
            r(8),
            r(8),
            r(9) % 256,
            r(10) % 30,
            r(11),
            r(12) % 100_000,
            r(13) as u32,
            r(14) & 0xffff_ffff_ffff,
            r(15) % 2 == 0,
        ),
        _ => format!(
            r#""detail":{{"instance-id":"i-{:016x}","state":"{}"}}}}"#,
            r(8),
            ["running", "stopped", "terminated"][r(9) % 3],
        ),
    };
    head + &extras(i) + &detail
}

/// Returns members of many shapes, so that no two events alternate the same way.
fn extras(i: usize) -> String {
    let mut text = String::new();
    for k in 20..20 + random(i, 20) % 6 {
        let name = format!("extra-{}", random(i, k) % 50);
        let items: Vec<String> = (0..random(i, k + 100) % 5)
            .map(|n| match random(i + n, k) % 6 {
                0 => format!(r#"{{"key":"Name","value":"{n}"}}"#),
                1 => format!(r#"{{"id":{n},"tags":["a","b"],"on":true}}"#),
                2 => random(i, n).to_string(),
                3 => "null".into(),
                _ => format!("\"item-{}\"", random(i, n + k)),
            })
            .collect();
        text += &match random(i, k + 50) % 3 {
            0 => format!(r#""{name}":[{}],"#, items.join(",")),
            1 => format!(
                r#""{name}":{{"items":[{}],"count":{}}},"#,
                items.join(","),
                items.len()
            ),
            _ => format!(r#""{name}":"value {i}","#),
        };
    }
    text
}

/// Returns a map feature full of numbers.
pub fn feature(i: usize) -> String {
    let point = |k| {
        let digits = 1_000_000_000_000_000 - random(i, k) % 900_000_000_000_000;
        let more = random(k, i) % 900_000_000_000_000;
        format!("[-122.{},37.{},0.0]", digits % 1_000_000_000_000_000, more)
    };
    let points: Vec<String> = (0..10 + random(i, 0) % 5).map(point).collect();
    format!(
        r#"{{"type":"Feature","properties":{{"MAPBLKLOT":"{:07}","BLKLOT":"{:07}","BLOCK_NUM":"{:04}","LOT_NUM":"{:03}","FROM_ST":"{}","TO_ST":"{}","STREET":"TAYLOR","ST_TYPE":"ST","ODD_EVEN":"E"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
        random(i, 1) % 10_000_000,
        random(i, 2) % 10_000_000,
        random(i, 3) % 10_000,
        random(i, 4) % 1000,
        random(i, 5) % 3000,
        random(i, 6) % 3000,
        points.join(","),
    )
}
