// A program of its own: takes reports through their lives with amazon-sp-api, and prints what that made of them.
//
// It gets the client's folder, the simulator's port, authority and credentials as JSON on standard input. The client is
// unchanged: the agent that it is given connects to the simulator whatever the host.
const fs = require('fs');
const https = require('https');
const path = require('path');
const tls = require('tls');

const LISTINGS = 'GET_MERCHANT_LISTINGS_ALL_DATA';
const ORDERS = 'GET_ORDER_REPORT_DATA_SHIPPING';
const GERMANY = 'A1PA6795UKMFR9';
const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const {SellingPartner} = require(path.join(given.folder, 'node_modules', 'amazon-sp-api'));

const agent = new https.Agent();
const ca = fs.readFileSync(given.authority);
agent.createConnection = (options) =>
  tls.connect({host: '127.0.0.1', port: given.port, servername: options.servername, ca});

async function main() {
  const client = new SellingPartner({
    region: 'eu',
    refresh_token: given.refreshToken,
    credentials: {
      SELLING_PARTNER_APP_CLIENT_ID: given.clientId,
      SELLING_PARTNER_APP_CLIENT_SECRET: given.clientSecret
    },
    options: {https_proxy_agent: agent, auto_request_throttled: false}
  });
  const call = (operation, more) => client.callAPI({operation, endpoint: 'reports', ...more});
  const body = {reportType: LISTINGS, marketplaceIds: [GERMANY]};
  const status = async (reportId) => call('getReport', {path: {reportId}});

  const created = (await call('createReport', {body})).reportId;
  const seen = [await status(created)];
  while (['IN_QUEUE', 'IN_PROGRESS'].includes(seen.at(-1).processingStatus)) seen.push(await status(created));
  const details = await call('getReportDocument', {path: {reportDocumentId: seen.at(-1).reportDocumentId}});
  const document = await client.download(details);
  const queued = (await call('createReport', {body})).reportId;
  const query = {reportTypes: [LISTINGS], processingStatuses: ['IN_QUEUE', 'DONE'], pageSize: 10};
  const listed = (await call('getReports', {query})).reports.map((report) => report.reportId);
  // By Amazon's model a cancellation is answered without a body, which this client reads as JSON unless told not to.
  const bodiless = {options: {raw_result: true}};
  await call('cancelReport', {path: {reportId: queued}, ...bodiless});
  const schedule = await call('createReportSchedule', {
    body: {reportType: ORDERS, marketplaceIds: [GERMANY], period: 'P1D'}
  });
  const schedules = async () =>
    (await call('getReportSchedules', {query: {reportTypes: [ORDERS]}})).reportSchedules.map((one) => one.period);
  const before = await schedules();
  await call('cancelReportSchedule', {path: {reportScheduleId: schedule.reportScheduleId}, ...bodiless});
  process.stdout.write(
    JSON.stringify({
      statuses: seen.map((one) => one.processingStatus),
      document,
      listed: listed.sort().join() === [created, queued].sort().join(),
      cancelled: (await status(queued)).processingStatus,
      schedules: before,
      schedulesLeft: (await schedules()).length
    })
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
