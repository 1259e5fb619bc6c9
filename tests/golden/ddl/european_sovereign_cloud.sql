create external table if not exists `security`.`cloudtrail` (
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
location 's3://central-logs/AWSLogs/'
tblproperties (
    'classification' = 'cloudtrail',
    'projection.enabled' = 'true',
    'projection.account.type' = 'enum',
    'projection.account.values' = '111122223333,444455556666,777788889999',
    'projection.region.type' = 'enum',
    'projection.region.values' = 'eusc-de-east-1',
    'projection.day.type' = 'date',
    'projection.day.format' = 'yyyy/MM/dd',
    'projection.day.range' = '2020/01/01,NOW',
    'projection.day.interval' = '1',
    'projection.day.interval.unit' = 'DAYS',
    'storage.location.template' = 's3://central-logs/AWSLogs/${account}/CloudTrail/${region}/${day}/'
)
