alter table `security`.`trail` add if not exists
    partition (`account` = '111122223333', `region` = 'eu-west-1', `year` = '2026', `month` = '03', `day` = '08') location 's3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/2026/03/08/'
    partition (`account` = '111122223333', `region` = 'eu-west-1', `year` = '2026', `month` = '03', `day` = '09') location 's3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/2026/03/09/'
    partition (`account` = '111122223333', `region` = 'us-east-1', `year` = '2026', `month` = '03', `day` = '09') location 's3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/09/'
