const ink = '#1c2430';
const muted = '#4a5568';
const accent = '#0b5cad';
const rule = '1px solid #d8dee8';
const wraps = 'overflow-wrap:break-word;word-wrap:break-word';
const paragraph = 'margin:0 0 18px';

/** The look of the parts of an email. It stands at each element: not every mail client keeps a style sheet. */
export const look = {
  page: `margin:0;background:#f2f4f7;color:${ink};font:16px/1.55 -apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans JP',Meiryo,Arial,sans-serif`,
  margin: 'padding:24px 12px',
  letter: `max-width:560px;table-layout:fixed;background:#ffffff;border:${rule};border-radius:8px`,
  content: `padding:24px 24px 8px;${wraps}`,
  brand: `${paragraph};padding:0 0 12px;border-bottom:${rule};font-size:14px;font-weight:600;color:${muted}`,
  paragraph,
  button: `display:inline-block;padding:12px 20px;background:${accent};color:#ffffff;text-decoration:none;border-radius:6px;font-weight:600`,
  small: `${paragraph};font-size:14px;color:${muted}`,
  link: `color:${accent}`,
  facts: `${paragraph};table-layout:fixed;border-top:${rule};font-size:14px`,
  label: `width:45%;padding:8px 12px 8px 0;border-bottom:${rule};font-weight:normal;color:${muted};vertical-align:top`,
  value: `padding:8px 0;border-bottom:${rule};vertical-align:top;${wraps}`,
  footer: `max-width:560px;margin:16px auto 0;font-size:12px;color:#5b6675;${wraps}`,
} as const;

/** What changes in the dark, where the client knows how. */
export const darkLook = `@media (prefers-color-scheme: dark) {
  .page { background: #11151b !important; color: #e6eaf0 !important; }
  .letter { background: #191f27 !important; }
  .letter, .brand, .facts, .facts th, .facts td { border-color: #2d3641 !important; }
  .brand, .small, .facts th, .footer { color: #9aa6b4 !important; }
  .link { color: #7db4ff !important; }
  .button { background: #2468c9 !important; }
}`;
