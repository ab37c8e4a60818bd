INSERT OVERWRITE TABLE contacts_masked
SELECT id, {mask}(email) AS email
FROM   contacts;
