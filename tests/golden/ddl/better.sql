create external table if not exists `security`.`trail_by_day` (
    `eventversion` string,
    `eventtime` string,
    `eventsource` string,
    `eventname` string,
    `awsregion` string,
    `sourceipaddress` string,
    `useragent` string,
    `errorcode` string,
    `errormessage` string,
    `requestparameters` string,
    `responseelements` string,
    `additionaleventdata` string,
    `requestid` string,
    `eventid` string,
    `eventtype` string,
    `apiversion` string,
    `managementevent` string,
    `readonly` string,
    `resources` array<struct<arn:string, arnprefix:string, accountid:string, type:string>>,
    `recipientaccountid` string,
    `serviceeventdetails` string,
    `sharedeventid` string,
    `vpcendpointid` string,
    `vpcendpointaccountid` string,
    `eventcategory` string,
    `sessioncredentialfromconsole` string,
    `eventcontext` string,
    `edgedevicedetails` string,
    `useridentity` struct<
        type: string,
        principalid: string,
        arn: string,
        accountid: string,
        accesskeyid: string,
        username: string,
        invokedby: string,
        identityprovider: string,
        credentialid: string,
        sessioncontext: struct<
            sessionissuer: struct<
                type: string,
                principalid: string,
                arn: string,
                accountid: string,
                username: string
            >,
            webidfederationdata: struct<
                federatedprovider: string,
                attributes: map<string, string>
            >,
            attributes: struct<
                creationdate: string,
                mfaauthenticated: string
            >,
            ec2roledelivery: string,
            sourceidentity: string,
            assumedroot: string,
            signinsessionarn: string
        >,
        onbehalfof: struct<
            userid: string,
            identitystorearn: string
        >,
        invokedbydelegate: struct<
            accountid: string
        >,
        inscopeof: struct<
            sourcearn: string,
            sourceaccount: string,
            issuertype: string,
            credentialsissuedto: string
        >
    >,
    `tlsdetails` struct<
        tlsversion: string,
        ciphersuite: string,
        clientprovidedhostheader: string,
        keyexchange: string
    >,
    `addendum` struct<
        reason: string,
        updatedfields: string,
        originalrequestid: string,
        originaleventid: string
    >
)
partitioned by (
    `account` string,
    `region` string,
    `day` string
)
row format serde 'org.apache.hive.hcatalog.data.JsonSerDe'
stored as
    inputformat 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
    outputformat 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
location 's3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/'
tblproperties (
    'classification' = 'cloudtrail',
    'projection.enabled' = 'true',
    'projection.account.type' = 'injected',
    'projection.region.type' = 'enum',
    'projection.region.values' = 'af-south-1,ap-east-1,ap-east-2,ap-northeast-1,ap-northeast-2,ap-northeast-3,ap-south-1,ap-south-2,ap-southeast-1,ap-southeast-2,ap-southeast-3,ap-southeast-4,ap-southeast-5,ap-southeast-6,ap-southeast-7,ca-central-1,ca-west-1,eu-central-1,eu-central-2,eu-north-1,eu-south-1,eu-south-2,eu-west-1,eu-west-2,eu-west-3,il-central-1,me-central-1,me-south-1,mx-central-1,sa-east-1,us-east-1,us-east-2,us-west-1,us-west-2',
    'projection.day.type' = 'date',
    'projection.day.format' = 'yyyy/MM/dd',
    'projection.day.range' = '2013/11/13,NOW',
    'projection.day.interval' = '1',
    'projection.day.interval.unit' = 'DAYS',
    'storage.location.template' = 's3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${day}/'
)
